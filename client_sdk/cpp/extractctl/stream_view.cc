#include "extractctl/stream_view.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "server/base/utf8.h"

namespace extractd::ctl {
namespace {

// Of a terminal that does not say how large it is.
constexpr winsize kUsualWindow = {.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};

winsize Window() {
  winsize window = kUsualWindow;
  const bool told = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0;
  return told && window.ws_row > 1 && window.ws_col > 1 ? window : kUsualWindow;
}

}  // namespace

Fitted FitInto(std::string_view text, size_t rows, size_t columns) {
  size_t used = 0;
  size_t begin = text.size();
  while (begin > 0) {
    const size_t end = text[begin - 1] == '\n' ? begin - 1 : begin;
    const size_t before = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    const size_t start = before == std::string_view::npos ? 0 : before + 1;
    const size_t width = CountCodePoints(text.substr(start, end - start));
    const size_t needed = std::max<size_t>(1, (width + columns - 1) / columns);
    if (used + needed > rows) break;
    used += needed;
    begin = start;
  }
  return {.text = text.substr(begin), .rows = used};
}

StreamView::StreamView(const OutputOptions& options)
    : options_(options), terminal_(!options.json && ::isatty(STDOUT_FILENO) == 1) {}

bool StreamView::OnEvent(const v1::ExtractStreamResponse& event) {
  if (options_.json) {
    PrintMessage(event);
    std::fflush(stdout);
    return true;
  }
  if (!terminal_) return true;
  Erase();
  if (event.has_snapshot()) {
    // Without colours: their signs would count as characters of the line.
    Draw(Pretty(event.snapshot().json(), {.json = false, .color = false}));
  }
  if (event.has_item()) {
    items_ += Pretty(event.item().json(), {.json = false, .color = false}) + "\n";
  }
  if (!items_.empty() && !event.has_result() && !event.has_failure()) Draw(items_);
  std::fflush(stdout);
  return true;
}

void StreamView::Draw(const std::string& text) {
  const winsize window = Window();
  const Fitted fitted = FitInto(text, window.ws_row - 1U, window.ws_col);
  fmt::print("{}{}", fitted.text, fitted.text.ends_with('\n') ? "" : "\n");
  rows_ = fitted.rows;
}

void StreamView::Erase() {
  if (rows_ == 0) return;
  fmt::print("\x1b[{}A\r\x1b[J", rows_);
  rows_ = 0;
}

}  // namespace extractd::ctl
