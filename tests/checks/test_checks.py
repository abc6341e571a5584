"""Each check of scripts/checks finds what it should in a bad tree, and nothing in a good one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOOL_IS_MISSING = 77
CHECKS = Path(__file__).resolve().parents[2] / "scripts" / "checks"


def run(check: str, tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, CHECKS / f"{check}.py", tree, *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def write(tree: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(check: str, tree: Path, files: dict[str, str]) -> str:
    """What the check says about a tree that it refuses."""
    write(tree, files)
    done = run(check, tree)
    if done.returncode == TOOL_IS_MISSING:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def accepted(check: str, tree: Path, files: dict[str, str]) -> None:
    write(tree, files)
    done = run(check, tree)
    assert done.returncode == 0, done.stdout + done.stderr


class TestLayers:
    def test_a_lower_layer_may_not_include_a_higher_one(self, tmp_path):
        text = '#include "server/base/a.h"\n#include "server/engine/call.h"\n'
        said = found("layers", tmp_path, {"server/json/parse.cc": text})
        assert "server/json/parse.cc:2: may not include server/engine/call.h" in said
        assert "base/a.h" not in said

    def test_providers_see_neither_modes_nor_schema(self, tmp_path):
        for layer in ("modes", "schema", "engine"):
            said = found("layers", tmp_path, {"server/providers/x.cc": f'#include "server/{layer}/x.h"\n'})
            assert f"may not include server/{layer}/x.h" in said

    def test_grpc_is_seen_by_the_service_only(self, tmp_path):
        said = found("layers", tmp_path, {"server/engine/x.h": "  #  include <grpcpp/grpcpp.h>\n"})
        assert "server/engine/x.h:1: may not include grpcpp/grpcpp.h" in said

    def test_curl_is_seen_by_net_only(self, tmp_path):
        said = found("layers", tmp_path, {"server/service/x.cc": "#include <curl/curl.h>\n"})
        assert "only server/net may" in said

    def test_a_folder_without_a_place_is_found(self, tmp_path):
        assert "has no place" in found("layers", tmp_path, {"server/misc/x.h": "\n"})

    def test_the_product_may_not_include_tests(self, tmp_path):
        said = found("layers", tmp_path, {"server/main.cc": '#include "tests/fakes/x.h"\n'})
        assert "may not include tests/fakes/x.h" in said

    def test_includes_downwards_and_in_comments_are_fine(self, tmp_path):
        accepted("layers", tmp_path, {
            "server/engine/x.cc": '#include "server/registry/r.h"\n// #include <grpcpp/a.h>\n',
            "server/service/x.cc": '#include "server/engine/x.h"\n#include <grpcpp/grpcpp.h>\n',
        })  # fmt: skip


class TestSizes:
    def test_a_long_file_is_found(self, tmp_path):
        assert "server/a.cc: 401 lines" in found("sizes", tmp_path, {"server/a.cc": "\n" * 401})

    def test_a_long_function_is_found_with_its_line(self, tmp_path):
        body = "  Step();\n" * 60
        said = found("sizes", tmp_path, {"server/a.cc": "\nvoid Long() {\n" + body + "}\n"})
        assert "server/a.cc:2: Long has 62 lines" in said

    def test_a_branchy_function_is_found(self, tmp_path):
        body = "  if (x) return 1;\n" * 12
        said = found("sizes", tmp_path, {"server/a.cc": "int F(bool x) {\n" + body + "  return 0;\n}\n"})
        assert "F has 13 branches" in said

    def test_a_switch_counts_once(self, tmp_path):
        cases = "".join(f"    case {n}: return {n};\n" for n in range(20))
        text = "int F(int x) {\n  switch (x) {\n" + cases + "  }\n  return 0;\n}\n"
        accepted("sizes", tmp_path, {"server/a.cc": text})

    def test_too_many_parameters_are_found(self, tmp_path):
        text = "void F(int a, int b, int c, int d, int e, int f, int g) {}\n"
        assert "F has 7 parameters" in found("sizes", tmp_path, {"server/a.cc": text})


class TestOrphans:
    def test_a_source_that_is_not_built_is_found(self, tmp_path):
        said = found("orphans", tmp_path, {
            "server/json/CMakeLists.txt": "extractd_library(json SOURCES used.cc)\n",
            "server/json/used.cc": "", "server/json/lost.cc": "", "server/json/unused.cc": "",
        })  # fmt: skip
        assert "server/json/lost.cc" in said
        assert "server/json/unused.cc" in said
        assert "/used.cc" not in said

    def test_a_test_of_nothing_is_found(self, tmp_path):
        said = found("orphans", tmp_path, {
            "tests/unit/CMakeLists.txt": "extractd_unit_test(json SOURCES gone_test.cc)\n",
            "tests/unit/json/gone_test.cc": "",
        })  # fmt: skip
        assert "nothing of that name in server/" in said

    def test_a_python_test_that_is_not_run_is_found(self, tmp_path):
        said = found("orphans", tmp_path, {
            "tests/e2e/CMakeLists.txt": "extractd_e2e_test(run)\n",
            "tests/e2e/test_run.py": "", "tests/e2e/test_lost.py": "", "tests/e2e/conftest.py": "",
        })  # fmt: skip
        assert "tests/e2e/test_lost.py" in said
        assert "test_run.py" not in said
        assert "conftest.py" not in said

    def test_listed_files_are_fine(self, tmp_path):
        accepted("orphans", tmp_path, {
            "tests/CMakeLists.txt": "extractd_fuzz_target(parse DEPS x)\nadd_executable(a b/c_test.cc)\n",
            "tests/fuzz/parse_fuzz.cc": "", "tests/b/c_test.cc": "",
            "server/providers/defs/acme.cc": "",
        })  # fmt: skip


ROW = {"server/providers/defs/acme.cc": 'Row R() { return {.name = "acme", .aliases = {"ac"}}; }\n'}


class TestProviderNames:
    @pytest.mark.parametrize("literal", ["acme", "ac", "ACME", "acme/large-1"])
    def test_a_name_outside_the_providers_is_found(self, tmp_path, literal):
        said = found("provider_names", tmp_path, ROW | {
            "server/engine/x.cc": f'\nbool F(std::string_view p) {{ return p == "{literal}"; }}\n',
        })  # fmt: skip
        assert f'server/engine/x.cc:2: "{literal}" names a provider' in said

    def test_words_comments_and_providers_are_fine(self, tmp_path):
        accepted("provider_names", tmp_path, ROW | {
            "server/engine/x.cc": 'const char* kWord = "acmes are fine";  // "acme"\n',
            "server/engine/y.cc": '#include "acme/rpc/status.pb.h"\n',
            "server/providers/x.cc": 'const char* kName = "acme";\n',
        })  # fmt: skip

    def test_without_rows_the_check_does_not_pass(self, tmp_path):
        assert "no provider rows found" in found("provider_names", tmp_path, {"server/a.cc": ""})


class TestFormat:
    STYLE = {".clang-format": "BasedOnStyle: Google\n"}

    def test_a_badly_formatted_file_is_refused(self, tmp_path):
        write(tmp_path, self.STYLE | {"server/a.cc": "int  main( ){return 0;}\n"})
        done = run("format", tmp_path)
        assert done.returncode == 1, done.stderr
        assert "server/a.cc:1" in done.stderr

    def test_a_well_formatted_file_is_accepted(self, tmp_path):
        accepted("format", tmp_path, self.STYLE | {"server/a.cc": "int main() { return 0; }\n"})


class TestShell:
    def test_a_careless_script_is_refused(self, tmp_path):
        text = "#!/bin/bash\nrm -rf $1/cache\n"
        assert "SC2086" in found("shell", tmp_path, {"scripts/a.sh": text})

    def test_the_script_of_ci_is_looked_at(self, tmp_path):
        assert "SC2086" in found("shell", tmp_path, {".ci/run": "#!/bin/bash\nrm -rf $1/cache\n"})


class TestProto:
    CONFIG = "version: v2\nmodules:\n  - path: proto\nlint:\n  use: [STANDARD]\n"

    def test_a_name_against_the_style_is_refused(self, tmp_path):
        said = found("proto", tmp_path, {
            "buf.yaml": self.CONFIG,
            "proto/a/v1/a.proto": 'syntax = "proto3";\npackage a.v1;\nmessage bad_name {}\n',
        })  # fmt: skip
        assert "a.proto:3" in said


class TestContainers:
    def test_a_careless_recipe_is_refused(self, tmp_path):
        text = "FROM debian:latest\nRUN cd /tmp && apt-get install curl\n"
        said = found("containers", tmp_path, {"deploy/docker/Dockerfile": text})
        assert "DL3007" in said

    def test_a_tree_without_recipes_is_refused(self, tmp_path):
        write(tmp_path, {"deploy/README.md": ""})
        assert run("containers", tmp_path).returncode != 0


def git(tree: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    subprocess.run(["git", "-C", tree, *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """main holds good.cc and bad.cc; compile_commands.json knows both."""
    good, bad = "int Good() { return 1; }\n", "int Bad(int x) {\n  if (x = 1) return 2;\n  return x;\n}\n"
    write(tmp_path, {
        ".clang-tidy": "Checks: '-*,bugprone-assignment-in-if-condition'\nWarningsAsErrors: '*'\n",
        ".gitignore": "/build/\n",
        "server/bad.cc": bad,
    })  # fmt: skip
    entries = (
        f'{{"directory": "{tmp_path}", "file": "{tmp_path}/server/{name}.cc", "command": "c++ -c server/{name}.cc"}}'
        for name in ("good", "bad")
    )
    write(tmp_path, {"build/dev/compile_commands.json": f"[{','.join(entries)}]"})
    git(tmp_path, "init", "--initial-branch=main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "bad")
    write(tmp_path, {"server/good.cc": good})
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "good")
    return tmp_path


class TestTidy:
    def test_on_main_the_sources_that_changed_last_are_looked_at(self, repository):
        done = run("tidy", repository)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "2 looked at, 1 with problems" in done.stdout
        done = run("tidy", repository, "--at-most", "1")  # the newest: good.cc
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 looked at, 0 with problems" in done.stdout

    def test_on_a_branch_only_what_differs_is_looked_at(self, repository):
        git(repository, "checkout", "-b", "work")
        write(repository, {"server/good.cc": "int Good() { return 3; }\n"})
        git(repository, "commit", "-am", "better")
        done = run("tidy", repository)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 looked at" in done.stdout

    def test_work_that_is_not_committed_counts(self, repository):
        git(repository, "checkout", "-b", "work")
        git(repository, "commit", "--allow-empty", "-m", "nothing")
        text = (repository / "server/bad.cc").read_text()
        write(repository, {"server/bad.cc": text + "\n"})
        done = run("tidy", repository)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "bad.cc:2" in done.stdout

    def test_files_beyond_the_bound_are_named(self, repository):
        git(repository, "checkout", "-b", "work")
        write(repository, {"server/good.cc": "int Good() { return 3; }\n"})
        git(repository, "commit", "-am", "better")
        done = run("tidy", repository, "--at-most", "0")
        assert "left to --all: server/good.cc" in done.stdout

    def test_all_means_all(self, repository):
        git(repository, "checkout", "-b", "work")
        done = run("tidy", repository, "--all")
        assert "2 looked at, 1 with problems" in done.stdout


class TestMissingTool:
    def check_without_tools(self, tree: Path, ci: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/nowhere", "XDG_CACHE_HOME": str(tree), "CI": ci}
        return subprocess.run(
            [sys.executable, CHECKS / "proto.py", tree],
            capture_output=True, text=True, check=False, env=environment,
        )  # fmt: skip

    def test_it_skips_visibly_on_a_users_machine(self, tmp_path):
        done = self.check_without_tools(tmp_path, ci="")
        assert done.returncode == 77
        assert "skipped: there is no buf" in done.stdout

    def test_it_fails_in_ci(self, tmp_path):
        assert self.check_without_tools(tmp_path, ci="true").returncode == 1


def test_every_check_is_run_by_ctest():
    listed = (Path(__file__).parent / "CMakeLists.txt").read_text()
    shared = {"tree.py", "tools.py"}
    for path in CHECKS.glob("*.py"):
        if path.name not in shared:
            assert f"extractd_check({path.stem})" in listed
    assert os.access(CHECKS.parent / "test.sh", os.X_OK)


def fault_rows(**changed: str) -> str:
    """A page with every case; `changed` by name, such as case8, in place of its test."""
    rows = [f"| {n} | what | how | {changed.get(f'case{n}', f'`Case{n:02}_Ends`')} |" for n in range(1, 41)]
    return "\n".join(["# Faults", *rows])


def fault_tests(but: int = 0) -> str:
    return "".join(f"TEST_F(FaultsTest, Case{n:02}_Ends) {{}}\n" for n in range(1, 41) if n != but)


def test_fault_cases_refuses_a_case_without_a_test(tmp_path):
    files = {"docs/reliability.md": fault_rows(), "tests/faults_test.cc": fault_tests(but=8)}
    assert "there is no test Case08_Ends" in found("fault_cases", tmp_path, files)
    files = {"docs/reliability.md": fault_rows(case8="none"), "tests/faults_test.cc": fault_tests()}
    assert "case 8 names no test" in found("fault_cases", tmp_path, files)
    files["docs/reliability.md"] = fault_rows(case8="`Case09_Ends`")
    assert "case 8 names Case09_Ends" in found("fault_cases", tmp_path, files)


def test_fault_cases_refuses_a_page_that_leaves_one_out(tmp_path):
    page = fault_rows().replace("| 40 | what", "| forty | what")
    files = {"docs/reliability.md": page, "tests/faults_test.cc": fault_tests()}
    assert "case 40 is not listed" in found("fault_cases", tmp_path, files)


def test_fault_cases_accepts_what_stores_alone_can_suffer(tmp_path):
    files = {"docs/reliability.md": fault_rows(case34="none", case36="none"), "tests/faults_test.cc": fault_tests()}
    accepted("fault_cases", tmp_path, files)


SWEEP = Path(__file__).resolve().parents[1] / "sweep_canaries.py"


def swept(directory: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SWEEP, *flags, directory], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("canary", ["sk-canary-1", "the canary-prompt", "Ada is 36"])
def test_the_sweep_finds_a_canary_in_any_file(tmp_path, canary):
    write(tmp_path, {"a-log": "{}\n{}\n", "b-spans": f"\x00\n\x01{canary}\n"})
    done = swept(tmp_path)
    assert done.returncode == 1
    assert "b-spans:2: " in done.stdout


def test_the_sweep_begins_with_nothing_and_passes_what_is_clean(tmp_path):
    write(tmp_path, {"a-log": "sk-canary-1\n"})
    assert swept(tmp_path, "--begin").returncode == 0
    assert swept(tmp_path).returncode == 0
    write(tmp_path, {"a-log": "[redacted]\n"})
    done = swept(tmp_path)
    assert done.returncode == 0
    assert "1 files, 11 bytes, 0 findings" in done.stdout
