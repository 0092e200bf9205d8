#ifndef DISCSMITH_SG_FILE_H_
#define DISCSMITH_SG_FILE_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace discsmith {

// How a drive's device file was opened. `error` is an errno, 0 where everything went well.
struct OpenReply {
  int error = 0;
  // The system call that failed.
  const char* operation = "";
  bool writable = false;
  // The most bytes that the kernel takes in one command; 0 where it does not tell.
  std::uint64_t transfer_limit_bytes = 0;
  // The process that holds the lock which could not be taken; 0 where that is not known.
  std::int64_t lock_owner = 0;
};

// Memory of whole pages, so that the kernel can hand it to the drive without copying.
class PageBuffer {
 public:
  PageBuffer() = default;
  // Zeroed, so that a drive which sends less than it was asked for shows nothing of this process. `data()` is null
  // where there is no memory.
  explicit PageBuffer(std::size_t bytes);

  std::uint8_t* data() const { return memory_.get(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(std::uint8_t* memory) const { std::free(memory); }
  };
  std::unique_ptr<std::uint8_t, Free> memory_;
  std::size_t bytes_ = 0;
};

enum class Direction { kNone, kIn, kOut };

struct CommandRequest {
  std::vector<std::uint8_t> cdb;
  Direction direction = Direction::kNone;
  // What is sent, or where to put what comes.
  PageBuffer data;
  std::uint32_t timeout_ms = 0;
};

constexpr std::size_t kSenseBytes = 64;

// What the kernel said of a command, as it said it.
struct CommandReply {
  int error = 0;
  std::uint8_t status = 0;
  std::uint16_t host_status = 0;
  std::uint16_t driver_status = 0;
  std::int32_t residual_bytes = 0;
  std::uint8_t sense[kSenseBytes] = {};
  std::uint8_t sense_bytes = 0;
  double duration_ms = 0;
};

// An open device file that takes SCSI commands. Everything here blocks; it belongs to one thread.
class SgFile {
 public:
  SgFile() = default;
  ~SgFile() { Close(); }
  SgFile(const SgFile&) = delete;
  SgFile& operator=(const SgFile&) = delete;

  // Opens a device file, in place of the one that is open; that one stays where this fails.
  //
  // `exclusive` keeps other exclusive openers and mounts away, and takes the lock that burning programs respect.
  // Where writing is not allowed, the file is opened for reading unless `exclusive`.
  OpenReply Open(const std::string& path, bool exclusive);
  CommandReply Send(const CommandRequest& request);
  // Returns an errno.
  int Close();

 private:
  int descriptor_ = -1;
};

}  // namespace discsmith

#endif  // DISCSMITH_SG_FILE_H_
