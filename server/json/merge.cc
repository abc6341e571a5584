#include "server/json/merge.h"

namespace extractd::json {
namespace {

void PutMerged(const Value& base, const Value& patch, Builder& out) {
  out.BeginObject();
  for (const Value& member : base) {
    const Value* change = patch.Find(member.key());
    out.Key(member.key());
    if (change == nullptr) {
      out.Copy(member);
    } else if (member.is_object() && change->is_object()) {
      PutMerged(member, *change, out);
    } else {
      out.Copy(*change);
    }
  }
  for (const Value& member : patch) {
    if (base.Find(member.key()) != nullptr) continue;
    out.Key(member.key());
    out.Copy(member);
  }
  out.EndObject();
}

}  // namespace

Document Merge(const Value& base, const Value& patch) {
  Builder builder;
  PutMerged(base, patch, builder);
  return builder.Finish();
}

}  // namespace extractd::json
