"""What every page is made of: layouts, components, charts, tokens. The other faces use it; it knows nothing of them."""
