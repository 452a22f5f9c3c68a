"""From folders of other tools to folders of a region: tables in, tables out, and a note for everything that is not taken over."""
