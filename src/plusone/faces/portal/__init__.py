"""What a client sees: an app for one thumb, under /p/<business>/."""
