"""The client's own pages."""

from django.urls import URLPattern, URLResolver, include, path

from zhiyin.web.me import complaints, consents, home, papers, policies
from zhiyin.web.me.taking import by_account
from zhiyin.web.me.urls_test import patterns

app_name = "me"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("plan/<uuid:case>/", home.plan, name="plan"),
    path("tasks/<uuid:activity>/", home.task, name="task"),
    path("appointments/<uuid:appointment>/excuse/", home.excuse, name="excuse"),
    path("history/<uuid:case>/", home.history, name="history"),
    path("feedback/<uuid:request_id>/", home.feedback, name="feedback"),
    path("papers/", papers.papers, name="papers"),
    path("papers/<uuid:document>/", papers.paper, name="paper"),
    path("papers/<uuid:document>/pdf/", papers.download, name="paper_pdf"),
    path("papers/<uuid:document>/sign/", papers.sign, name="sign"),
    path("consents/", consents.overview, name="consents"),
    path("consents/<slug:purpose>/", consents.give, name="consent"),
    path("consents/withdraw/<uuid:consent>/", consents.withdraw, name="withdraw"),
    path("readings/", consents.readings, name="readings"),
    path("policies/", policies.policies, name="policies"),
    path("data/", consents.data, name="data"),
    path("complaints/", complaints.overview, name="complaints"),
    path("complaints/new/", complaints.new, name="complaint_new"),
    path("complaints/<uuid:complaint>/", complaints.page, name="complaint"),
    path("complaints/<uuid:complaint>/respond/", complaints.respond, name="complaint_respond"),
    path("complaints/<uuid:complaint>/appeal/", complaints.appeal, name="complaint_appeal"),
    path("tests/<uuid:sitting>/", include((patterns(by_account), "test"))),
]
