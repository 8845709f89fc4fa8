"""What the business sees: one module of `views` a noun."""
