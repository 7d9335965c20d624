"""Documents that come and go through the page."""
