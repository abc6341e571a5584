#include "server/schema/compiled_schema.h"

#include <algorithm>
#include <utility>

#include "server/json/read.h"
#include "server/schema/evaluate/evaluator.h"
#include "server/schema/program/program.h"

namespace extractd::schema {

CompiledSchema::CompiledSchema(std::unique_ptr<const Program> program)
    : program_(std::move(program)) {}
CompiledSchema::~CompiledSchema() = default;

std::string_view CompiledSchema::text() const {
  return program_->text;
}
const json::Value& CompiledSchema::root() const {
  return program_->document.root();
}
std::string_view CompiledSchema::id() const {
  return program_->id;
}
std::string_view CompiledSchema::title() const {
  return json::StringMember(root(), "title");
}
std::string_view CompiledSchema::description() const {
  return json::StringMember(root(), "description");
}
size_t CompiledSchema::memory_bytes() const {
  return sizeof(*this) + program_->memory_bytes();
}

bool CompiledSchema::IsValid(const json::Value& instance, const ValidateOptions& options) const {
  return Evaluator(*program_, options, nullptr).Run(instance);
}

IssueList CompiledSchema::Validate(const json::Value& instance, const ValidateOptions& options)
    const {
  Report report(std::min(options.max_issues, kMaxIssues));
  Evaluator(*program_, options, &report).Run(instance);
  return std::move(report).Take();
}

}  // namespace extractd::schema
