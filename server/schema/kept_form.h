// KeptForm: what another layer makes of schemas in a language of its own, kept in the schema cache.
#ifndef EXTRACTD_SERVER_SCHEMA_KEPT_FORM_H_
#define EXTRACTD_SERVER_SCHEMA_KEPT_FORM_H_

#include <cstddef>
#include <string_view>

namespace extractd::schema {

// Immutable; shared by threads.
class KeptForm {
 public:
  KeptForm() = default;
  KeptForm(const KeptForm&) = delete;
  KeptForm& operator=(const KeptForm&) = delete;
  virtual ~KeptForm() = default;

  // All that it was made of: its key.
  virtual std::string_view source() const = 0;
  virtual size_t memory_bytes() const = 0;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_KEPT_FORM_H_
