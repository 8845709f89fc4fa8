"""The referrals room."""
