"""From folders of other tools to folders of regions."""
