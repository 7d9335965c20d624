"""The HTTP service: its own API, OpenAI's and MCP's shapes, over one or several indexes. Loads only where it serves."""
