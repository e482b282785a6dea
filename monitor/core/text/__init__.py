"""What text is made of: numbers, names, sentences and the cues around them."""
