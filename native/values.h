#ifndef DISCSMITH_VALUES_H_
#define DISCSMITH_VALUES_H_

#include <napi.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace discsmith {

inline std::vector<std::uint8_t> BytesOf(const Napi::Value& value) {
  const auto array = value.As<Napi::Uint8Array>();
  return {array.Data(), array.Data() + array.ByteLength()};
}

// Names of files and of attributes are bytes.
inline std::string NameOf(const Napi::Value& value) {
  const auto array = value.As<Napi::Uint8Array>();
  return {reinterpret_cast<const char*>(array.Data()), array.ByteLength()};
}

// A typed array of JavaScript with these values. An environment that is ending makes none; then it is undefined, and
// nobody will look at it.
template <typename Array, typename Value>
Napi::Value ArrayTo(Napi::Env env, const Value* values, std::size_t count) {
  auto array = Array::New(env, count);
  if (array.IsEmpty()) return env.Undefined();
  if (count > 0) std::copy_n(values, count, array.Data());
  return array;
}

inline Napi::Value BytesTo(Napi::Env env, const void* bytes, std::size_t count) {
  return ArrayTo<Napi::Uint8Array>(env, static_cast<const std::uint8_t*>(bytes), count);
}

inline bool IsBytes(const Napi::Value& value) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
}

// For what only a program that misuses the binding does.
inline Napi::Value Misused(Napi::Env env, const char* message) {
  Napi::TypeError::New(env, message).ThrowAsJavaScriptException();
  return env.Undefined();
}

// The system calls would ignore what follows.
inline bool HasNul(const std::string& name) {
  return name.find('\0') != std::string::npos;
}

}  // namespace discsmith

#endif  // DISCSMITH_VALUES_H_
