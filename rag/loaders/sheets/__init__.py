"""Spreadsheets: what each cell shows, the tables that stand on a sheet, and their rows as text."""
