"""The ledger, the section head's page, feedback and complaints, staff and rooms."""

from django.urls import path

from zhiyin.web.desk import views_head, views_learning, views_ledger, views_quality, views_staff, views_supervision

urlpatterns = [
    path("ledger/", views_ledger.ledger, name="ledger"),
    path("ledger/export/", views_ledger.ledger_export, name="ledger_export"),
    path("head/", views_head.head, name="head"),
    path("quality/", views_quality.quality, name="quality"),
    path("quality/feedback/<uuid:pk>/", views_quality.feedback, name="feedback"),
    path("quality/feedback/<uuid:pk>/handle/", views_quality.feedback_handle, name="feedback_handle"),
    path("quality/feedback/<uuid:pk>/improve/", views_quality.improvement_new, name="improvement_new"),
    path("quality/improvements/", views_quality.improvements, name="improvements"),
    path("quality/improvements/<uuid:pk>/", views_quality.improvement, name="improvement"),
    path("quality/improvements/<uuid:pk>/finish/", views_quality.improvement_finish, name="improvement_finish"),
    path("quality/improvements/<uuid:pk>/verify/", views_quality.improvement_verify, name="improvement_verify"),
    path("quality/complaints/", views_quality.complaints, name="complaints"),
    path("quality/complaints/new/", views_quality.complaint_new, name="complaint_new"),
    path("quality/complaints/<uuid:pk>/", views_quality.complaint, name="complaint"),
    path("quality/complaints/<uuid:pk>/<slug:act>/", views_quality.complaint_act, name="complaint_act"),
    path("quality/supervision/", views_supervision.supervision, name="supervision"),
    path("quality/reviews/", views_supervision.review_board, name="reviews"),
    path("staff/commendations/", views_supervision.commendations, name="commendations"),
    path("staff/trainings/", views_learning.trainings, name="trainings"),
    path("staff/cooperation/", views_learning.cooperation, name="cooperation"),
    path("staff/", views_staff.staff, name="staff"),
    path("staff/new/", views_staff.staff_new, name="staff_new"),
    path("staff/rooms/", views_staff.rooms, name="rooms"),
    path("staff/rooms/new/", views_staff.room_new, name="room_new"),
    path("staff/rooms/<int:pk>/", views_staff.room, name="room"),
    path("staff/<uuid:pk>/", views_staff.member, name="staff_member"),
    path("staff/<uuid:pk>/edit/", views_staff.staff_edit, name="staff_edit"),
    path("staff/<uuid:pk>/certificate/", views_staff.certificate_new, name="staff_certificate"),
    path("staff/<uuid:pk>/competence/", views_staff.competence_new, name="staff_competence"),
    path("staff/<uuid:pk>/end/", views_staff.staff_end, name="staff_end"),
]
