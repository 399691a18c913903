"""HTTP only: read the request, call an action or a query, show what came of it."""
