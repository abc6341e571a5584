#include "server/observe/otlp.h"

#include <bit>
#include <chrono>
#include <cstdint>
#include <variant>

namespace extractd::observe {
namespace {

// Protobuf's wire format, as far as spans need it. Fields are named as in opentelemetry-proto.
class Message {
 public:
  Message& Number(std::uint32_t field, std::uint64_t value) {
    Varint(field << 3U);
    Varint(value);
    return *this;
  }
  Message& Fixed64(std::uint32_t field, std::uint64_t value) {
    Varint((field << 3U) | 1U);
    for (unsigned shift = 0; shift < 64; shift += 8)
      out_.push_back(static_cast<char>(value >> shift));
    return *this;
  }
  Message& Bytes(std::uint32_t field, std::string_view bytes) {
    Varint((field << 3U) | 2U);
    Varint(bytes.size());
    out_ += bytes;
    return *this;
  }
  Message& Add(std::uint32_t field, const Message& message) { return Bytes(field, message.out_); }

  const std::string& bytes() const { return out_; }

 private:
  void Varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out_.push_back(static_cast<char>(value | 0x80U));
    out_.push_back(static_cast<char>(value));
  }

  std::string out_;
};

// Most significant byte first.
std::string BigEndian(std::uint64_t value) {
  std::string bytes;
  for (unsigned shift = 64; shift > 0;) {
    shift -= 8;
    bytes.push_back(static_cast<char>(value >> shift));
  }
  return bytes;
}

std::uint64_t Nanos(std::chrono::system_clock::time_point time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count()
  );
}

struct ValueWriter {
  Message operator()(const std::string& text) const { return Message().Bytes(1, text); }
  Message operator()(bool value) const { return Message().Number(2, value ? 1 : 0); }
  Message operator()(std::int64_t value) const {
    return Message().Number(3, static_cast<std::uint64_t>(value));
  }
  Message operator()(double value) const {
    return Message().Fixed64(4, std::bit_cast<std::uint64_t>(value));
  }
  Message operator()(const std::vector<std::string>& texts) const {
    Message array;
    for (const std::string& text : texts) array.Add(1, Message().Bytes(1, text));
    return Message().Add(5, array);
  }
};

Message ToMessage(const SpanAttribute& attribute) {
  return Message().Bytes(1, attribute.key).Add(2, std::visit(ValueWriter{}, attribute.value));
}

Message ToMessage(const SpanEvent& event) {
  Message message;
  message.Fixed64(1, Nanos(event.time)).Bytes(2, event.name);
  for (const SpanAttribute& attribute : event.attributes) message.Add(3, ToMessage(attribute));
  return message;
}

Message ToMessage(const Span& span) {
  constexpr std::uint64_t kStatusError = 2;
  Message message;
  message.Bytes(1, BigEndian(span.trace.high) + BigEndian(span.trace.low));
  message.Bytes(2, BigEndian(span.id));
  if (!span.state.empty()) message.Bytes(3, span.state);
  if (span.parent != 0) message.Bytes(4, BigEndian(span.parent));
  message.Bytes(5, span.name).Number(6, static_cast<std::uint64_t>(span.kind));
  message.Fixed64(7, Nanos(span.begin)).Fixed64(8, Nanos(span.end));
  for (const SpanAttribute& attribute : span.attributes) message.Add(9, ToMessage(attribute));
  for (const SpanEvent& event : span.events) message.Add(11, ToMessage(event));
  if (span.failed) message.Add(15, Message().Number(3, kStatusError));
  return message;
}

}  // namespace

std::string EncodeOtlp(
    std::string_view service, std::string_view version, std::span<const Span> spans
) {
  const auto text = [](std::string_view key, std::string_view value) {
    return ToMessage(SpanAttribute{.key = key, .value = std::string(value)});
  };
  const Message resource =
      Message().Add(1, text("service.name", service)).Add(1, text("service.version", version));
  Message scope_spans;
  scope_spans.Add(1, Message().Bytes(1, "extractd").Bytes(2, version));
  for (const Span& span : spans) scope_spans.Add(2, ToMessage(span));
  return Message().Add(1, Message().Add(1, resource).Add(2, scope_spans)).bytes();
}

}  // namespace extractd::observe
