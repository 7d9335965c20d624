"""The Model Context Protocol over the service, on stdio and as streamable HTTP, by the official SDK."""
