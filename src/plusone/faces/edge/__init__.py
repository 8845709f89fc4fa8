"""The referral link, ahead of the framework: it is opened most, by people and by machines, so it does the least."""
