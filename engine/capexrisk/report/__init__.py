"""What people read about a run: page, plots, workbook, Markdown, tables in a terminal."""
