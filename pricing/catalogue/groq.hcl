# Prices of groq, in USD per million tokens unless a unit says otherwise.

provider "groq" {
  id_prefixes           = ["groq/"]
  normalizes_text       = true
  cache_writes          = "none"
  service_tier_names    = { flex = "standard" }
  fixed_overhead_tokens = 128
  tool_overhead_tokens  = 512
}

model "deepseek-r1-distill-llama-70b" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.75"
    output = "0.99"
  }
}

model "gemma2-9b-it" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "llama-3.1-70b-versatile" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.59"
    output = "0.79"
  }
}

model "llama-3.1-8b-instant" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.05"
    output = "0.08"
  }
}

model "llama-3.3-70b-versatile" {
  context_tokens    = 131072
  max_output_tokens = 32768
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.59"
    output = "0.79"
  }
}

model "llama-guard-3-8b" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "llama2-70b-4096" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.7"
    output = "0.8"
  }
}

model "llama3-70b-8192" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.59"
    output = "0.79"
  }
}

model "llama3-8b-8192" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.05"
    output = "0.08"
  }
}

model "llama3-groq-70b-8192-tool-use-preview" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.89"
    output = "0.89"
  }
}

model "llama3-groq-8b-8192-tool-use-preview" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.19"
    output = "0.19"
  }
}

model "meta-llama/llama-4-maverick-17b-128e-instruct" {
  context_tokens    = 131072
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "0.6"
  }
}

model "meta-llama/llama-4-scout-17b-16e-instruct" {
  context_tokens    = 131072
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.11"
    output = "0.34"
  }
}

model "meta-llama/llama-guard-4-12b" {
  context_tokens    = 8192
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "mixtral-8x7b-32768" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.24"
    output = "0.24"
  }
}

model "moonshotai/kimi-k2-instruct-0905" {
  context_tokens    = 262144
  max_output_tokens = 16384
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1"
    cached_input = "0.5"
    output       = "3"
  }
}

model "openai/gpt-oss-120b" {
  context_tokens    = 131072
  max_output_tokens = 65536
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.15"
    cached_input = "0.075"
    output       = "0.6"
  }
}

model "openai/gpt-oss-20b" {
  context_tokens    = 131072
  max_output_tokens = 65536
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.075"
    cached_input = "0.0375"
    output       = "0.3"
  }
}

model "openai/gpt-oss-safeguard-20b" {
  context_tokens    = 131072
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.075"
    cached_input = "0.037"
    output       = "0.3"
  }
}

model "qwen/qwen3-32b" {
  context_tokens    = 131072
  max_output_tokens = 131000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.29"
    output = "0.59"
  }
}

model "whisper-large-v3" {
  kind        = "stt"
  source      = "LiteLLM"
  verified_at = "2026-08-01"
  confidence  = "single"
  unit "input_audio_second" {
    price = "0.111"
    per   = 3600
  }
}

model "whisper-large-v3-turbo" {
  kind        = "stt"
  source      = "LiteLLM"
  verified_at = "2026-08-01"
  confidence  = "single"
  unit "input_audio_second" {
    price = "0.04"
    per   = 3600
  }
}
