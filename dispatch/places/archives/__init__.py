"""The map archive that screens and tablets draw: asked for, built by a job, told to the tablets."""
