"""All SQL of the program: tables, statements, bodies, and the one way to open them."""
