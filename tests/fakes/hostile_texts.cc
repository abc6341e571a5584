#include "tests/fakes/hostile_texts.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace extractd::fakes {

namespace {

std::string Repeat(size_t size, std::string_view part, std::string_view end) {
  std::string text;
  while (text.size() < size) text += part;
  return text += end;
}

std::vector<std::string> Brackets(size_t size) {
  const auto repeat = [size](std::string_view part, std::string_view end = "") {
    return Repeat(size, part, end);
  };
  return {
      repeat("["),
      repeat("{"),
      repeat("{\"a\":"),
      repeat("[]"),
      repeat("{\"a\":1}"),
      repeat("\""),
      repeat("'"),
      repeat("['"),
      repeat("[‘", "’]"),
      repeat("['a", "', @"),
      repeat("{'a", "', @"),
      repeat("{/*"),
      repeat("{/*", "*/ @"),
      repeat("[//"),
      repeat("```"),
      repeat("```\n"),
      repeat("```json\n{"),
      repeat("```'a"),
      repeat("```\"", "z"),
      repeat("```\n{\"a\":1}\n```\n"),
      repeat("<think>"),
      repeat("</think>"),
      repeat("<think></thinkx"),
      repeat("{\"a\":@</think>"),
      repeat("{'</think>"),
      repeat("[1,@"),
      repeat("[1,@]"),
      repeat("{\"a\":@,"),
      repeat("\\"),
      repeat("[\"\\u12"),
      repeat(","),
      repeat("[,"),
      repeat("[a "),
      repeat("a"),
      "[" + repeat("a"),
      "[" + repeat("1"),
      "[0x" + repeat("1"),
      "[1e" + repeat("1"),
      "[" + repeat(" "),
      "['" + repeat("' "),
      "{\"a\":\"" + repeat("\xFF"),
      "{\"a\":\"" + repeat("\\x"),
      "{\"a\":1," + repeat("\"a\":1,"),
      "{" + repeat("\"a\":{"),
      "{\"" + repeat("k") + "\":[" + repeat("01,") + "]}",
      repeat("}"),
      repeat("{\"a\":1}}"),
  };
}

std::vector<std::string> Guesses(size_t size) {
  const auto repeat = [size](std::string_view part, std::string_view end = "") {
    return Repeat(size, part, end);
  };
  return {
      // Where guesses are made.
      repeat("{\"a\":\"x\"y"),
      repeat("{\"a\":\"x\"y}"),
      repeat("{\"a\":\"x\"y", "\"}"),
      repeat("{\"a\":b,"),
      repeat("{a:b\n"),
      repeat("{a:x, y "),
      repeat("{a:(", "}"),
      repeat("[1,a\""),
      repeat("{\"a\":\"b,", "}"),
      repeat("{\"a\":'''"),
      repeat("{\"a\":\"\"\""),
      repeat("{\"a\":```"),
      repeat("{\\\"a"),
      repeat("{{\"a\":"),
      repeat("[1}"),
      repeat("{\"a\":[1}"),
      repeat("{\"a\" "),
      repeat("[...,"),
      "{\"a\":x" + repeat(", "),
      repeat("\u00A0"),
      "[" + repeat("\u00A0"),
      // Many answers, thoughts and lines.
      repeat("{\"a\":1,\"b\":[2]}\n"),
      repeat("{\"a\":1},"),
      repeat("{\"a\":1} and "),
      repeat("{\"a\":{\"a\":1}} or [1] "),
      repeat("<think>{\"a\":1}</think>"),
      repeat("<think>", "</think>{\"a\":1}"),
      repeat("</think>", "{\"a\":1}"),
      repeat("<thinking>x</think", "{\"a\":1}"),
      repeat("~~~\n{\"a\":1}\n~~~\n"),
      repeat("```json {\"a\":1} "),
      // Quotes in quotes.
      "{\"a\":\"" + repeat("he said \"hi\" to ", "\"}"),
      "{\"a\":\"" + repeat("\\\"", "\"}"),
      "\"" + repeat("{\\\"a\\\":1}", "\""),
      "{“a”: “" + repeat("“x” ", "”}"),
      repeat("\"{\\\"a"),
      // Other notations.
      repeat("a: b\n"),
      repeat("a = b\n"),
      repeat("- a\n"),
      repeat("# a\n"),
      repeat("- a: 1\n  b: 2\n"),
      "[9]{a,b}:\n" + repeat("  1,2\n"),
      "a[1]:\n" + repeat("  - a[1]:\n"),
      repeat("Foo("),
      repeat("{{a}}"),
      repeat("1.234,56 € "),
      "{\"a\":" + repeat("-", "}"),
      "{\"a\":" + repeat("1_0", "}"),
      repeat("\xE2\x80"),
  };
}

}  // namespace

std::vector<std::string> HostileTexts(size_t size) {
  std::vector<std::string> texts = Brackets(size);
  std::ranges::move(Guesses(size), std::back_inserter(texts));
  return texts;
}

}  // namespace extractd::fakes
