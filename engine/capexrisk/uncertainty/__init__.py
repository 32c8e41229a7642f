"""How uncertain the inputs are: laws, what they move, and the design that draws them."""

from .design import InputDesign, input_design
from .draws import Draw
from .targets import Target

__all__ = ["Draw", "InputDesign", "Target", "input_design"]
