"""What a report is written into: pages, workbook, Markdown, terminal."""
