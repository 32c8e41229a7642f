"""The equations of MODEL.md: one block a file, scalar functions of one path."""
