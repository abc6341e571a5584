// bench_pass_through_server URL: posts the bytes of each call to URL, reads the tool call out of
// the reply and answers with its arguments. gRPC, extractd's own HTTP client and one fast read of
// the answer: what a daemon without an engine would cost.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <simdjson.h>

#include "tests/bench/e2e/provider_call.h"
#include "tests/bench/e2e/unary_server.h"

namespace extractd::bench {
namespace {

// One loop with what belongs to it.
struct Loop {
  asio::io_context context{1};
  net::HttpClient client{context.get_executor()};
  simdjson::ondemand::parser parser;
};

std::string_view ViewOf(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// The arguments of the first tool call; empty if there is none.
std::string_view ReadArguments(simdjson::ondemand::parser& parser, std::string& body) {
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document;
  simdjson::ondemand::array choices;
  simdjson::ondemand::array calls;
  std::string_view arguments;
  if (parser.iterate(body).get(document) != simdjson::SUCCESS) return {};
  if (document["choices"].get_array().get(choices) != simdjson::SUCCESS) return {};
  for (auto choice : choices) {
    if (choice["message"]["tool_calls"].get_array().get(calls) != simdjson::SUCCESS) return {};
    for (auto call : calls) {
      if (call["function"]["arguments"].get(arguments) != simdjson::SUCCESS) return {};
      return arguments;
    }
  }
  return {};
}

Task<void> Serve(Loop& loop, const std::string& url, UnaryCall& call) {
  grpc::Slice bytes;
  if (!call.request().TrySingleSlice(&bytes).ok()) (void)call.request().DumpToSingleSlice(&bytes);
  net::HttpRequest request = ProviderRequest(url, ViewOf(bytes));
  net::HttpResult result = co_await loop.client.Send(std::move(request));
  const std::string_view answer =
      result.ok() ? ReadArguments(loop.parser, result.reply.body) : std::string_view();
  if (answer.empty()) {
    call.Fail(result.ok() ? "no answer in the reply" : result.message);
    co_return;
  }
  const grpc::Slice slice(answer.data(), answer.size());
  call.Answer(grpc::ByteBuffer(&slice, 1));
}

void Run(const std::string& url) {
  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    loops.push_back(std::make_unique<Loop>());
    threads.emplace_back([loop = loops.back().get()] {
      const auto work = asio::make_work_guard(loop->context);
      loop->context.run();
    });
  }
  size_t next = 0;
  UnaryServer server([&](const std::vector<UnaryCall*>& calls) {
    Loop& loop = *loops[next++ % loops.size()];
    asio::post(loop.context, [&loop, &url, calls] {
      for (UnaryCall* call : calls) {
        asio::co_spawn(loop.context, Serve(loop, url, *call), asio::detached);
      }
    });
  });
  AnnounceAndWait(server.address());
  std::_Exit(EXIT_SUCCESS);  // calls may still be under way
}

}  // namespace
}  // namespace extractd::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: bench_pass_through_server URL\n", stderr);
    return EXIT_FAILURE;
  }
  extractd::bench::Run(argv[1]);
}
