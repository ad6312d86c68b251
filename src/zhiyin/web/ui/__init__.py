"""Components, base templates, form rendering and the gallery that shows them."""
