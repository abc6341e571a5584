#include "server/schema/infer/infer.h"

#include <memory>

#include <fmt/format.h>

#include "server/schema/infer/earlier_schema.h"
#include "server/schema/infer/evidence.h"
#include "server/schema/infer/write_schema.h"

namespace extractd::schema {

struct SchemaInference::State {
  InferOptions options;
  Evidence root;
  size_t examples = 0;
  bool refines = false;
};

SchemaInference::SchemaInference(const InferOptions& options) : state_(std::make_unique<State>()) {
  state_->options = options;
}
SchemaInference::~SchemaInference() = default;

absl::Status SchemaInference::Refine(const std::string& earlier_schema) {
  state_->refines = true;
  return AddEarlierSchema(earlier_schema, state_->root);
}

void SchemaInference::Add(const json::Value& example) {
  ++state_->examples;
  state_->root.Add(example, 0);
}

InferredSchema SchemaInference::Write() const {
  InferredSchema inferred = WriteSchema(state_->root, state_->options);
  if (state_->examples == 1 && !state_->refines) {
    inferred.warnings.insert(
        inferred.warnings.begin(),
        {"ONE_EXAMPLE", "what is required, and every type, rests on one example"}
    );
  }
  return inferred;
}

}  // namespace extractd::schema
