"""Standards: reading them, their rules and figures, what an organisation changes in them."""

from django.urls import path

from zhiyin.web.desk import views_standards

urlpatterns = [
    path("standards/", views_standards.standards, name="standards"),
    path("standards/of/<str:doc>/", views_standards.standard, name="standard"),
    path("standards/clauses/<str:clause>/", views_standards.clause, name="standard_clause"),
]
