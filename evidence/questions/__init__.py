"""The questions of docs/evidence/questions: each has a config, a sweep of it, a small table of results, a figure and a page.

`python -m evidence.questions` answers them all. A module a question holds what is its own: what it measures of a run, its
figure, and the tables of its page. The name of the question is that of its config,
`docs/evidence/results/<name>.csv`, `docs/evidence/questions/<name>.png` and `.md`.
"""
