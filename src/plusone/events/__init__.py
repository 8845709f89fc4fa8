"""The spine: what happened, to whom, because of what."""
