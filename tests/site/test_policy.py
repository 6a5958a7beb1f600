import base64
import hashlib
import re

from generator.site.policy import apply_policy, policy_of

META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


def test_every_inline_script_of_every_page_is_allowed_by_its_hash(toy_site):
    pages = [path.read_text() for path in sorted(toy_site.rglob("*.html"))]
    policy = META.search(pages[0]).group(1)
    found = 0
    for page in pages:
        for attributes, text in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL):
            if "src=" not in attributes and "json" not in attributes:
                found += 1
                assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert found > len(pages)


def test_all_pages_share_one_policy_that_allows_no_other_host_and_no_eval(toy_site):
    policies = {META.search(path.read_text()).group(1) for path in toy_site.rglob("*.html")}
    assert len(policies) == 1
    policy = policies.pop()
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_policy_stands_before_the_first_script(toy_site):
    for path in toy_site.rglob("*.html"):
        page = path.read_text()
        assert page.index("Content-Security-Policy") < page.index("<script")


def test_header_files_say_what_a_meta_element_cannot(toy_site):
    policy = META.search((toy_site / "index.html").read_text()).group(1)
    for name in ("nginx.conf", "_headers"):
        text = (toy_site / "data" / "headers" / name).read_text()
        assert f"{policy}; frame-ancestors 'self'" in text
        assert "nosniff" in text


def test_applying_twice_changes_nothing(tmp_path):
    page = tmp_path / "index.html"
    page.write_text('<meta http-equiv="Content-Security-Policy" content=""><script>one()</script>')
    assert apply_policy(tmp_path) == apply_policy(tmp_path)
    assert page.read_text().count("sha256-") == 1


def test_data_in_pages_is_not_a_script():
    assert "sha256" not in policy_of(['<script type="application/json">{}</script><script src="a.js"></script>'])
