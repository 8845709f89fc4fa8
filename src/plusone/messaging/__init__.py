"""Messages to clients and staff: what they say, how they leave the house, and what came of them."""
