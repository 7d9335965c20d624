"""The service's own API: its routes, its bodies, its pages, and what every request passes first."""
