"""Electronic mail: messages, their headers, what is quoted and forwarded in them."""
