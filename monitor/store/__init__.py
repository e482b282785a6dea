"""All SQL of the program: tables, queries and stored bodies."""
