// Who may read what, walked over plain tuples: from a document to the groups that it is granted to,
// and from each group to those within it, until one has the user as a member. Compared with the
// checks of the engine.
//
// Arguments: a file of words u32, documents, users and groups; then of each kind of tuple the count
// of its words and the words: document and group, document and user, group and user, group and
// group within it. Standard input: a user in each line. Standard output: for each the seconds that
// the walks from all documents took, and how many of these the user may read.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <unordered_set>
#include <vector>

namespace {

using Lists = std::vector<std::vector<uint32_t>>;

struct Tuples {
  uint32_t documents = 0;
  Lists groupsOfDocument;
  Lists usersOfDocument;
  Lists groupsWithin;
  std::unordered_set<uint64_t> members;
};

uint64_t nameOf(uint32_t group, uint32_t user) { return (uint64_t(group) << 32) | user; }

std::vector<uint32_t> readWords(FILE* file) {
  uint32_t count = 0;
  if (fread(&count, 4, 1, file) != 1) return {};
  std::vector<uint32_t> words(count);
  if (fread(words.data(), 4, count, file) != count) return {};
  return words;
}

void fill(Lists& lists, size_t size, const std::vector<uint32_t>& words) {
  lists.resize(size);
  for (size_t at = 0; at < words.size(); at += 2) lists[words[at]].push_back(words[at + 1]);
}

class Walk {
 public:
  Walk(const Tuples& tuples, uint32_t groups) : tuples_(tuples), marks_(groups) {}

  bool reads(uint32_t document, uint32_t user) {
    for (uint32_t reader : tuples_.usersOfDocument[document]) {
      if (reader == user) return true;
    }
    mark_ += 1;
    queue_.clear();
    for (uint32_t group : tuples_.groupsOfDocument[document]) visit(group);
    for (size_t at = 0; at < queue_.size(); at++) {
      const uint32_t group = queue_[at];
      if (tuples_.members.count(nameOf(group, user)) != 0) return true;
      for (uint32_t within : tuples_.groupsWithin[group]) visit(within);
    }
    return false;
  }

 private:
  void visit(uint32_t group) {
    if (marks_[group] == mark_) return;
    marks_[group] = mark_;
    queue_.push_back(group);
  }

  const Tuples& tuples_;
  std::vector<uint32_t> marks_;
  std::vector<uint32_t> queue_;
  uint32_t mark_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  FILE* file = count == 2 ? fopen(arguments[1], "rb") : nullptr;
  uint32_t head[3];
  if (file == nullptr || fread(head, 4, 3, file) != 3) return 1;
  Tuples tuples;
  tuples.documents = head[0];
  fill(tuples.groupsOfDocument, head[0], readWords(file));
  fill(tuples.usersOfDocument, head[0], readWords(file));
  const std::vector<uint32_t> members = readWords(file);
  for (size_t at = 0; at < members.size(); at += 2) {
    tuples.members.insert(nameOf(members[at], members[at + 1]));
  }
  fill(tuples.groupsWithin, head[2], readWords(file));
  fclose(file);
  Walk walk(tuples, head[2]);
  uint32_t user = 0;
  while (scanf("%u", &user) == 1) {
    const auto begin = std::chrono::steady_clock::now();
    uint32_t readable = 0;
    for (uint32_t document = 0; document < tuples.documents; document++) {
      readable += walk.reads(document, user) ? 1 : 0;
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    printf("%.9f %u\n", seconds.count(), readable);
    fflush(stdout);
  }
  return 0;
}
