#include "sg_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace discsmith {

namespace {

constexpr std::size_t kPageBytes = 4096;
// Version of the interface from which SG_IO is there.
constexpr int kFirstVersionWithSgIo = 30000;
constexpr std::uint64_t kSectorBytes = 512;

// Without O_NONBLOCK opening waits for a medium, and fails where there is none.
constexpr int kOpenFlags = O_NONBLOCK | O_CLOEXEC;

double MillisecondsNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

OpenReply Failure(const char* operation, int error) {
  OpenReply reply;
  reply.error = error;
  reply.operation = operation;
  return reply;
}

// Reading needs no right to write, and a mounted disc may be read although its device cannot be opened for writing.
bool MayBeReadStill(int error) {
  return error == EACCES || error == EPERM || error == EROFS || error == EBUSY;
}

// What the kernel takes in one command. Block devices count sectors, the generic ones bytes.
std::uint64_t TransferLimitBytes(int descriptor) {
  struct statx facts;
  if (statx(descriptor, "", AT_EMPTY_PATH, STATX_TYPE, &facts) != 0) return 0;
  if (S_ISCHR(facts.stx_mode)) {
    int bytes = 0;
    return ioctl(descriptor, BLKSECTGET, &bytes) == 0 && bytes > 0 ? static_cast<std::uint64_t>(bytes) : 0;
  }
  unsigned short sectors = 0;
  return ioctl(descriptor, BLKSECTGET, &sectors) == 0 ? sectors * kSectorBytes : 0;
}

// A lock of the open file itself, not of the process: that one would be gone as soon as any other descriptor of the
// device were closed. It meets the locks of processes that other programs take.
OpenReply TakeLock(int descriptor) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(descriptor, F_OFD_SETLK, &lock) == 0) return {};
  OpenReply reply = Failure("lock", errno);
  struct flock holder = {};
  holder.l_type = F_WRLCK;
  holder.l_whence = SEEK_SET;
  if (fcntl(descriptor, F_OFD_GETLK, &holder) == 0 && holder.l_type != F_UNLCK && holder.l_pid > 0) {
    reply.lock_owner = holder.l_pid;
  }
  return reply;
}

}  // namespace

PageBuffer::PageBuffer(std::size_t bytes) : bytes_(bytes) {
  const std::size_t whole = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  void* memory = nullptr;
  if (bytes == 0 || posix_memalign(&memory, kPageBytes, whole) != 0) return;
  std::memset(memory, 0, whole);
  memory_.reset(static_cast<std::uint8_t*>(memory));
}

OpenReply SgFile::Open(const std::string& path, bool exclusive) {
  // The rest of such a path would be ignored.
  if (path.find('\0') != std::string::npos) return Failure("open", EINVAL);
  bool writable = true;
  int descriptor = open(path.c_str(), O_RDWR | kOpenFlags | (exclusive ? O_EXCL : 0));
  if (descriptor < 0 && !exclusive && MayBeReadStill(errno)) {
    writable = false;
    descriptor = open(path.c_str(), O_RDONLY | kOpenFlags);
  }
  if (descriptor < 0) return Failure("open", errno);
  OpenReply reply;
  int version = 0;
  if (ioctl(descriptor, SG_GET_VERSION_NUM, &version) != 0) {
    reply = Failure("identify", errno);
  } else if (version < kFirstVersionWithSgIo) {
    reply = Failure("identify", ENOSYS);
  } else if (exclusive) {
    reply = TakeLock(descriptor);
  }
  if (reply.error != 0) {
    close(descriptor);
    return reply;
  }
  Close();
  descriptor_ = descriptor;
  reply.writable = writable;
  reply.transfer_limit_bytes = TransferLimitBytes(descriptor);
  return reply;
}

CommandReply SgFile::Send(const CommandRequest& request) {
  CommandReply reply;
  if (descriptor_ < 0) {
    reply.error = EBADF;
    return reply;
  }
  sg_io_hdr_t header = {};
  header.interface_id = 'S';
  header.cmdp = const_cast<std::uint8_t*>(request.cdb.data());
  header.cmd_len = static_cast<unsigned char>(request.cdb.size());
  header.sbp = reply.sense;
  header.mx_sb_len = kSenseBytes;
  header.timeout = request.timeout_ms;
  if (request.direction != Direction::kNone) {
    header.dxfer_direction = request.direction == Direction::kIn ? SG_DXFER_FROM_DEV : SG_DXFER_TO_DEV;
    header.dxferp = request.data.data();
    header.dxfer_len = static_cast<unsigned int>(request.data.bytes());
  } else {
    header.dxfer_direction = SG_DXFER_NONE;
  }
  const double started = MillisecondsNow();
  // Never sent again here: whether the drive did it already, only the caller can find out.
  if (ioctl(descriptor_, SG_IO, &header) != 0) reply.error = errno;
  reply.duration_ms = MillisecondsNow() - started;
  reply.status = header.status;
  reply.host_status = header.host_status;
  reply.driver_status = header.driver_status;
  reply.residual_bytes = header.resid;
  reply.sense_bytes = header.sb_len_wr < kSenseBytes ? header.sb_len_wr : kSenseBytes;
  return reply;
}

int SgFile::Close() {
  if (descriptor_ < 0) return 0;
  const int error = close(descriptor_) == 0 ? 0 : errno;
  // Linux has freed the descriptor even where closing failed.
  descriptor_ = -1;
  return error;
}

}  // namespace discsmith
