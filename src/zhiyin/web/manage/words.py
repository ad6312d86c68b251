"""What is written in the log, in words: areas, acts, kinds of actors."""

from django.apps import apps

from zhiyin.engines.casework import EVENTS

AREAS = {
    "accounts": "账号",
    "agencies": "人员与场地",
    "assessment": "测评",
    "casework": "个案",
    "catalogues": "职业库",
    "clients": "服务对象档案",
    "documents": "文书",
    "files": "文件",
    "matching": "职业匹配",
    "organisations": "机构",
    "people": "个人信息",
    "planning": "规划",
    "quality": "反馈与投诉",
    "scheduling": "预约",
    "sittings": "施测",
    "standards": "标准包",
}
ACTS = {
    "accounts.logged_in": "登录",
    "accounts.logged_out": "退出",
    "accounts.login_failed": "口令输错",
    "accounts.password_changed": "更改口令",
    "accounts.role_ended": "结束角色",
    "accounts.role_granted": "授予角色",
    "accounts.unlocked": "解锁账号",
    "accounts.user_created": "建立账号",
    "agencies.certificate_added": "登记证书",
    "agencies.competence_added": "登记能力评定",
    "agencies.room_added": "登记洽谈室",
    "agencies.room_changed": "更改洽谈室",
    "agencies.staff_changed": "更改人员登记",
    "agencies.staff_ended": "登记离职",
    "agencies.staff_registered": "登记工作人员",
    "assessment.scored": "计分",
    "casework.activity_set": "安排活动",
    "casework.activity_dropped": "取消活动",
    "casework.agreement_in_force": "协议生效",
    "casework.agreement_offered": "出示协议",
    "casework.assistance_done": "协助完成",
    "casework.assistant_added": "添加协助人员",
    "casework.closed": "结束服务",
    "casework.draft_saved": "保存草稿",
    "casework.goal_judged": "评价目标",
    "casework.goal_set": "定目标",
    "casework.ledger_exported": "导出台账",
    "casework.opened": "建立个案",
    "casework.paused": "暂停个案",
    "casework.plan_reopened": "调整方案",
    "casework.reassigned": "更换责任指导师",
    "casework.record_corrected": "更正记录",
    "casework.resumed": "恢复个案",
    "casework.withdrawn": "本人退出",
    "clients.adviser_assigned": "指派责任指导师",
    "clients.entry_added": "添加档案内容",
    "clients.entry_changed": "更改档案内容",
    "clients.entry_removed": "删除档案内容",
    "clients.exported": "导出档案",
    "clients.file_changed": "更改档案",
    "clients.file_erased": "删除档案",
    "clients.file_opened": "建立档案",
    "documents.changed": "修改文书",
    "documents.drafted": "起草文书",
    "documents.handed_over": "交付文书",
    "documents.issued": "出具文书",
    "documents.returned": "退回文书",
    "documents.revoked": "作废文书",
    "documents.sent_for_signing": "送签",
    "documents.signed": "签名",
    "documents.signed_off": "签发",
    "documents.submitted": "提交审签",
    "files.erased": "删除文件",
    "files.stored": "存入文件",
    "matching.confirmed": "确认匹配结果",
    "matching.ran": "匹配职业",
    "organisations.created": "建立机构",
    "people.changed": "更改个人信息",
    "people.child_access_asked": "申请查阅儿童档案",
    "people.child_access_decided": "审批查阅儿童档案",
    "people.consent_given": "登记同意",
    "people.consent_withdrawn": "登记撤回同意",
    "people.created": "登记新的人",
    "people.document_added": "登记证件",
    "people.erased": "删除个人信息",
    "people.guardian_added": "登记监护人",
    "people.guardian_ended": "监护关系结束",
    "people.introduced": "凭本人查询码建立联系",
    "people.own_code_issued": "发放本人查询码",
    "people.read": "查阅",
    "people.unmasked": "查看完整信息",
    "quality.complaint_acknowledged": "投诉受理告知",
    "quality.complaint_answered": "答复投诉",
    "quality.complaint_appealed": "投诉申请复核",
    "quality.complaint_assigned": "指定投诉处理人",
    "quality.complaint_closed": "投诉办结",
    "quality.complaint_investigated": "投诉调查",
    "quality.complaint_received": "收到投诉",
    "quality.complaint_response": "本人对答复的意见",
    "quality.complaint_reviewed": "复核答复",
    "quality.feedback_answered": "收到评价",
    "quality.feedback_handled": "处理评价",
    "quality.feedback_requested": "邀请评价",
    "quality.improvement_done": "改进完成",
    "quality.improvement_planned": "安排改进",
    "quality.improvement_verified": "验证改进",
    "scheduling.booked": "预约",
    "sittings.assigned": "安排测评",
    "sittings.finished": "交卷",
    "sittings.started": "开始作答",
}
ACTORS = {
    "staff": "工作人员",
    "client": "服务对象本人",
    "guardian": "监护人",
    "employer": "用人单位",
    "link": "一次性链接",
    "visitor": "访客",
    "device": "设备",
    "job": "定时任务",
    "system": "系统",
}


def act(action: str) -> str:
    """An action in words; one that has none yet is named by its area and its code."""
    area, _, rest = action.partition(".")
    if area == "casework" and rest in EVENTS:
        return EVENTS[rest].label
    return ACTS.get(action) or f"{AREAS.get(area, area)}：{rest}"


def thing(label: str) -> str:
    """The kind of an object in words, from its model's name; "" for an act on no object."""
    if not label:
        return ""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except LookupError:
        return label
