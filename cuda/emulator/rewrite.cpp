// rewrite reads a preprocessed kernel source and writes what a C++ compiler takes
// for it beside kernel.h:
//
//	extern __shared__ T x[];   the launch's shared memory
//	__shared__ T x[n];         followed by what fills it with NaNs for each block
//
// and at the end a line that registers every __global__ function.
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

using std::string;
using std::vector;

static bool word(char c) { return isalnum((unsigned char)c) || c == '_'; }

struct Source {
	string s;
	size_t i = 0;

	// token returns the next word, literal or sign, with the white space before it.
	string token(string &space) {
		space.clear();
		while (i < s.size() && isspace((unsigned char)s[i])) space += s[i++];
		size_t from = i;
		if (i >= s.size()) return "";
		char c = s[i];
		if (word(c)) {
			while (i < s.size() && word(s[i])) i++;
		} else if (c == '"' || c == '\'') {
			for (i++; i < s.size() && s[i] != c; i++)
				if (s[i] == '\\') i++;
			i++;
		} else if (c == '#' && (from == 0 || s[from - 1] == '\n')) { // a line's number, a pragma
			while (i < s.size() && s[i] != '\n') i++;
		} else {
			i++;
		}
		return s.substr(from, i - from);
	}
};

static void die(const string &what) {
	std::cerr << "emulator: " << what << "\n";
	exit(1);
}

int main() {
	Source in{string(std::istreambuf_iterator<char>(std::cin), {})};
	string out, space, t;
	vector<string> kernels;
	bool external = false; // the last token was extern
	size_t externalAt = 0; // where it begins in out
	while (!(t = in.token(space)).empty()) {
		if (t == "__global__") {
			// The name is the word before the parameters.
			out += space + t;
			string name;
			for (;;) {
				t = in.token(space);
				if (t.empty()) die("a __global__ without a function");
				out += space + t;
				if (t == "__launch_bounds__") {
					int depth = 0;
					do {
						t = in.token(space);
						out += space + t;
						depth += t == "(" ? 1 : t == ")" ? -1 : 0;
					} while (depth > 0 && !t.empty());
				} else if (t == "(") {
					break;
				} else {
					name = t;
				}
			}
			bool known = false;
			for (auto &k : kernels) known = known || k == name;
			if (!known) kernels.push_back(name);
		} else if (t == "__shared__") {
			string before = space, decl;
			vector<string> names;
			string last;
			int depth = 0;
			bool sized = false;
			vector<string> type;
			while ((t = in.token(space)) != ";" && !t.empty()) {
				decl += space + t;
				if (t == "__align__" || t == "alignas") {
					do {
						t = in.token(space);
						decl += space + t;
					} while (t != ")" && !t.empty());
					continue;
				}
				if (depth == 0 && (t == "[" || t == ",") && !last.empty() && !sized) {
					names.push_back(last);
					type.pop_back();
				}
				if (t == "[") sized = true, depth++;
				else if (t == "]") depth--;
				else if (t == "<" || t == "(") depth++;
				else if (t == ">" || t == ")") depth--;
				else if (t == "," && depth == 0) sized = false, last.clear();
				else if (depth == 0) {
					last = t;
					if (names.empty()) type.push_back(t);
					else if (!sized) type.push_back(t); // taken off again with the name
				}
			}
			if (!sized && !last.empty()) names.push_back(last);
			if (external) {
				if (names.size() != 1) die("extern __shared__" + decl + ": one array, please");
				string of;
				for (auto &x : type) of += x + " ";
				out = out.substr(0, externalAt) + of + "*" + names[0] + " = (" + of + "*)zoo::dynamicShared;";
			} else {
				out += before + "__shared__" + decl + ";";
				for (auto &n : names)
					out += " static long zoo_first_" + n + "; zoo::first(zoo_first_" + n + ", &" + n + ", sizeof " + n + ");";
			}
		} else {
			out += space;
			if (t == "extern") externalAt = out.size();
			out += t;
		}
		external = t == "extern";
	}
	out += "\n# 1 \"kernels\"\n";
	for (auto &k : kernels) out += "ZOO_KERNEL(" + k + ")\n";
	if (kernels.empty()) die("no kernel: there is no __global__");
	std::cout << out;
}
