"""Pictures of text: image files and pages that were scanned."""
