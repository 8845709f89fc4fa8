"""The loop: a campaign, a link, a friend, the conditions, the doubts, and what comes of it."""
