# Prices of cohere, in USD per million tokens unless a unit says otherwise.

provider "cohere" {
  id_prefixes           = ["cohere/"]
  normalizes_text       = true
  cache_writes          = "none"
  fixed_overhead_tokens = 128
  tool_overhead_tokens  = 1024
}

model "command" {
  kind              = "completion"
  context_tokens    = 4096
  max_output_tokens = 4096
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1"
    output = "2"
  }
}

model "command-a" {
  source      = "genai-prices, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "2.5"
    output = "10"
  }
}

model "command-a-03-2025" {
  context_tokens    = 256000
  max_output_tokens = 8000
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "2.5"
    output = "10"
  }
}

model "command-light" {
  context_tokens    = 4096
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "0.6"
  }
}

model "command-nightly" {
  kind              = "completion"
  context_tokens    = 4096
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1"
    output = "2"
  }
}

model "command-r" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.6"
  }
}

model "command-r-08-2024" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.6"
  }
}

model "command-r-plus" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2.5"
    output = "10"
  }
}

model "command-r-plus-08-2024" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2.5"
    output = "10"
  }
}

model "command-r7b" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.0375"
    output = "0.15"
  }
}

model "command-r7b-12-2024" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.0375"
    output = "0.15"
  }
}

model "embed-english-light-v2.0" {
  kind           = "embedding"
  context_tokens = 1024
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "embed-english-v2.0" {
  kind           = "embedding"
  context_tokens = 4096
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "embed-english-v3.0" {
  kind           = "embedding"
  context_tokens = 1024
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "embed-multilingual-v2.0" {
  kind           = "embedding"
  context_tokens = 768
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "embed-multilingual-v3.0" {
  kind           = "embedding"
  context_tokens = 1024
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "embed-v4.0" {
  kind           = "embedding"
  context_tokens = 128000
  source         = "genai-prices, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.12"
  }
}

model "rerank-v3.5" {
  ids            = ["rerank-english-v3.0", "rerank-multilingual-v3.0"]
  kind           = "rerank"
  context_tokens = 4096
  source         = "LiteLLM, Portkey Models"
  verified_at    = "2026-08-22"
  confidence     = "agreed"
  unit "search" {
    price = "2"
    per   = 1000
  }
}
