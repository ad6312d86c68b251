from zhiyin.web.me.taking import by_link
from zhiyin.web.me.urls_test import patterns

app_name = "test"
urlpatterns = patterns(by_link)
