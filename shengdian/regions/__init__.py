"""From folders of other tools to folders of regions, and from a region to its figure."""
