"""How `make docs` builds its pages: Markdown of the repository, a reference from docstrings."""

from capexrisk import __version__

project = "capexrisk"
version = release = __version__
copyright = "the capexrisk authors; Apache License 2.0"  # noqa: A001 - Sphinx's name

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
# The source is the repository, so that a link between two Markdown files holds on both sides.
include_patterns = [
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md"),
    *(
        "configs/README.md",
        "benchmarks/README.md",
        "tests/README.md",
        "engine/capexrisk/model/MODEL.md",
    ),
]
root_doc = "docs/index"
# A heading of a Markdown page can be linked to by its words, as on the web page of the repository.
myst_heading_anchors = 3

napoleon_google_docstring = False
napoleon_use_rtype = False
# The docstrings name the types, with shapes and ranges that annotations cannot say.
default_role = "py:obj"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
autosummary_generate = False

html_theme = "furo"
html_title = f"capexrisk {version}"
# Nothing is fetched from elsewhere: the pages can be read without a network.
html_theme_options = {"source_view_link": "", "source_edit_link": ""}
