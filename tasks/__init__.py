"""Celery: when and how often, never what. Jobs are a few lines that call operations and workflows of `dispatch`."""
