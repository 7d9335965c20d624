"""Conversations: kept in the browser, shown in a bar, exported."""
