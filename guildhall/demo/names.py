"""Invented names and units: common surnames and given-name characters, no real person meant."""

from random import Random

from shared.contract.values import Gender

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛"
    "叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔"
)
FEMALE = "芳娜敏静丽艳娟霞秀玲桂兰英梅莉雪琳洁颖婷慧倩蕾琪欣悦萍红燕珍淑雅晶妍茜薇露瑶怡菲岚璐"
MALE = "伟强磊军勇杰涛明超刚平辉鹏华飞浩亮斌波宁健峰建国志文新海龙庆宇昊博毅航轩凯达旭松岩坤立"
EITHER = "晓春玉思安佳嘉子一晨雨天永云青世成德学向东立中"

UNITS = (
    "汽车工程学院", "轨道交通学院", "物流工程学院", "道路桥梁工程学院", "信息工程学院",
    "经济管理学院", "航海学院", "基础课教学部", "思政课教学部", "体育教学部", "教务处",
    "学生工作处", "人事处", "财务处", "后勤保障处", "图书馆", "实训中心", "招生就业处",
    "保卫处", "党政办公室",
)  # fmt: skip


def invented_names(random: Random, genders: list[Gender]) -> list[str]:
    """One name for each gender of the list, no two the same."""
    names: dict[str, None] = {}
    for gender in genders:
        own = FEMALE if gender == "female" else MALE
        while True:
            given = (
                random.choice(own)
                if random.random() < 0.35
                else (random.choice(own + EITHER) + random.choice(own))
            )
            name = random.choice(SURNAMES) + given
            if name not in names and name != VOLUNTEER:
                names[name] = None
                break
    return list(names)


VOLUNTEER = "王利"
"""The one person the report names: the union's 文宣委员, who volunteered in Jinnan."""
