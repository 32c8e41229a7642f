"""Small tables that are typed or downloaded: cells with their places, rows, what happened."""
