"""The equations of MODEL.md, as scalar functions of one path; one file per block."""
