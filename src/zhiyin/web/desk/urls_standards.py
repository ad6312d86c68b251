"""Standards: reading them, their rules and figures, what an organisation changes in them."""

from django.urls import path

from zhiyin.web.desk import (
    views_standards,
    views_standards_changes,
    views_standards_compare,
    views_standards_map,
    views_standards_rules,
)

urlpatterns = [
    path("standards/", views_standards.standards, name="standards"),
    path("standards/of/<str:doc>/", views_standards.standard, name="standard"),
    path("standards/clauses/<str:clause>/", views_standards.clause, name="standard_clause"),
    path("standards/rules/", views_standards_rules.rules, name="standard_rules"),
    path("standards/rules/<slug:ruleset>/", views_standards_rules.rule, name="standard_rule"),
    path("standards/tables/<slug:table>/", views_standards_rules.table, name="standard_table"),
    path("standards/parameters/", views_standards_rules.parameters, name="standard_parameters"),
    path("standards/parameters/<slug:parameter>/", views_standards_rules.parameter, name="standard_parameter"),
    path(
        "standards/definitions/<slug:sort>/<str:definition>/",
        views_standards_rules.definition,
        name="standard_definition",
    ),
    path("standards/compare/", views_standards_compare.compare, name="standard_compare"),
    path("standards/compare/profiles/", views_standards_compare.profiles, name="standard_compare_profiles"),
    path("standards/map/", views_standards_map.own, name="standard_map"),
    path("standards/map/team/", views_standards_map.team, name="standard_map_team"),
    path("standards/map/<uuid:staff>/", views_standards_map.of_staff, name="standard_map_of"),
    path("standards/changes/", views_standards_changes.changes, name="standard_changes"),
    path("standards/changes/profile/", views_standards_changes.profile, name="standard_profile"),
    path("standards/changes/values/", views_standards_changes.values, name="standard_values"),
    path("standards/changes/export/", views_standards_changes.export, name="standard_export"),
    path("standards/changes/import/", views_standards_changes.import_, name="standard_import"),
    path(
        "standards/changes/new/<slug:sort>/<str:definition>/",
        views_standards_changes.change_new,
        name="standard_change_new",
    ),
    path("standards/changes/<uuid:change>/", views_standards_changes.change, name="standard_change"),
    path("standards/changes/<uuid:change>/edit/", views_standards_changes.change_edit, name="standard_change_edit"),
    path("standards/changes/<uuid:change>/<slug:act>/", views_standards_changes.change_act, name="standard_change_act"),
]
